// Every case of the layers of detectors.
import '../support/sample-all';
import '../gpu/detection-layers.test';
