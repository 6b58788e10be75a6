// Random programs, other ones in every run. The seed is printed; LAMPLIGHT_SEED=… npm run test:long -- fuzz runs them again.
import '../support/as-long';
import '../gpu/fusion.test';
import '../gpu/programs.test';
