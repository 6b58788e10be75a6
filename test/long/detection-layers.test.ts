// Every case of the layers of detectors.
import '../support/as-long';
import '../gpu/detection-layers.test';
