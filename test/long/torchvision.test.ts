// Every port of torchvision's classifiers.
import '../support/sample-all';
import '../gpu/torchvision.test';
