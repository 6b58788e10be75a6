// The course's two networks, and every small model under every optimizer, beside PyTorch.
import '../support/sample-all';
import '../gpu/course.test';
import '../gpu/curves.test';
