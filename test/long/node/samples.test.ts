// Every sample of PyTorch's database that is recorded.
import '../../support/sample-all';
import '../../node/samples.test';
