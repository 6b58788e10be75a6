// Every case of test/gpu/detection-ops.test.ts.
import '../support/sample-all';
import '../gpu/detection-ops.test';
