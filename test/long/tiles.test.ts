// Every tile that products, convolutions and gradients of convolutions can have, of processors and of GPUs, and the kernels that stand in for others.
import '../support/sample-all';
import '../gpu/conv-tiles.test';
import '../gpu/conv-segments.test';
import '../gpu/conv-weight-grad.test';
import '../gpu/general-kernels.test';
import '../gpu/matmul-tiles.test';
