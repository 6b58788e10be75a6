// Every tile that products and gradients of convolutions can have, of processors and of GPUs.
import '../support/sample-all';
import '../gpu/conv-weight-grad.test';
import '../gpu/matmul-tiles.test';
