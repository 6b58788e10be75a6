// The cases of the tables of functions, reductions, look-ups, convolutions, losses, layers and transforms of Fourier.
import '../support/as-long';
import '../gpu/attention.test';
import '../gpu/conv.test';
import '../gpu/conv-nd.test';
import '../gpu/corners.test';
import '../gpu/fft.test';
import '../gpu/functions.test';
import '../gpu/gradient-edges.test';
import '../gpu/grids.test';
import '../gpu/layers.test';
import '../gpu/losses.test';
import '../gpu/plain-functions.test';
import '../gpu/pointwise.test';
import '../gpu/pooled-conv.test';
import '../gpu/rare-layers.test';
import '../gpu/reduce.test';
import '../gpu/scatter.test';
