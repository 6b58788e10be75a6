// What results keep alive, over every function and all of PyTorch's samples.
import '../../support/sample-all';
import '../../node/alone/kept-results.test';
