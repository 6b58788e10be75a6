// Every network of functions and of ONNX files beside the same of modules.
import '../../support/sample-all';
import '../../unit/plain-networks.test';
