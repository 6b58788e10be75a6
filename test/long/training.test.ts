// Long training: the course beside PyTorch, every model under every optimizer, every port of torchvision's, and ten thousand steps.
import '../support/sample-all';
import '../gpu/course.test';
import '../gpu/curves.test';
import '../gpu/torchvision.test';
import '../gpu/alone/steady-state.test';
