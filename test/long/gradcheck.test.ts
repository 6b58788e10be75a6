// Gradients of every operation, and gradients of the gradients.
import '../support/as-long';
import '../gpu/gradcheck.test';
