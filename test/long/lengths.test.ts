// The lengths of test/gpu with the large batches, which take their time.
import '../support/as-long';
import '../gpu/lengths.test';
