// Non-maximum suppression of 20,000 boxes.
import '../support/as-long';
import '../gpu/nms.test';
