// Every shader.
import '../support/sample-all';
import '../gpu/shaders.test';
