// The lengths of test/gpu with the large batches, which take their time.
import '../support/sample-all';
import '../gpu/lengths.test';
