// Every one of ONNX's node tests for the operators that lamplight/onnx loads.
import '../../support/sample-all';
import '../../node/onnx-operators.test';
