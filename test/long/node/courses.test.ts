// The courses of test/node with all epochs, and with the fully connected network, whose millions of weights take their time.
import '../../support/sample-all';
import '../../node/courses.test';
