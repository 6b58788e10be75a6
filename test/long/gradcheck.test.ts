// Gradients of every operation, and gradients of the gradients.
import '../support/sample-all';
import '../gpu/gradcheck.test';
