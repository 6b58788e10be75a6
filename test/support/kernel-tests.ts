// The tests whose kernels differ between processors and GPUs, for files that run them with the kernels of the other.
import '../gpu/attention.test';
import '../gpu/channel-norm.test';
import '../gpu/conv.test';
import '../gpu/loss.test';
import '../gpu/matmul.test';
import '../gpu/norm.test';
import '../gpu/pool.test';
import '../gpu/pooled-conv.test';
import '../gpu/reduce.test';
import '../gpu/rows.test';
