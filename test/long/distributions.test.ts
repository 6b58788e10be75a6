// Every case of distributions, and every pair of them.
import '../support/sample-all';
import '../gpu/distributions.test';
