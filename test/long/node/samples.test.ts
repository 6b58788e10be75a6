// Every sample of PyTorch's database that is recorded.
import '../../support/as-long';
import '../../node/samples.test';
