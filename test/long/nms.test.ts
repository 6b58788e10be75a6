// Non-maximum suppression of 20,000 boxes.
import '../support/sample-all';
import '../gpu/nms.test';
