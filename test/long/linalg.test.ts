// Every case of torch.linalg.
import '../support/sample-all';
import '../gpu/linalg.test';
