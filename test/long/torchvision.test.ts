// Every port of torchvision's classifiers.
import '../support/as-long';
import '../gpu/torchvision.test';
