// Every case of the special functions.
import '../support/as-long';
import '../gpu/special.test';
