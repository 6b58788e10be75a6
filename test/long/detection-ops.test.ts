// Every case of test/gpu/detection-ops.test.ts.
import '../support/as-long';
import '../gpu/detection-ops.test';
