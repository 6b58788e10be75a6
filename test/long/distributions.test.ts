// Every case of distributions, and every pair of them.
import '../support/as-long';
import '../gpu/distributions.test';
