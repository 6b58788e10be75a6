// Every optimizer with every option beside PyTorch.
import '../support/sample-all';
import '../gpu/optim.test';
