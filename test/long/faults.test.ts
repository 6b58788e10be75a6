// A device that is lost in a step of every optimizer, and a thousand steps that nobody reads.
import '../support/as-long';
import '../gpu/faults.test';
