// A device that is lost in a step of every optimizer.
import '../support/sample-all';
import '../gpu/faults.test';
