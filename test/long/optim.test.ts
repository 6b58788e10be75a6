// Every optimizer with every option beside PyTorch.
import '../support/as-long';
import '../gpu/optim.test';
