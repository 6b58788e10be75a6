// Every case of the special functions.
import '../support/sample-all';
import '../gpu/special.test';
