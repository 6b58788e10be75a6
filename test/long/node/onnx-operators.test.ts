// Every one of ONNX's node tests for the operators that lamplight/onnx loads.
import '../../support/as-long';
import '../../node/onnx-operators.test';
