// lanes-alone.wgsl: what lanes-quad.wgsl has, for kernels whose invocations share nothing and that call neither.
fn lanes_across(value: vec4f) -> vec4f { return value; }
fn lanes_down(value: vec4f) -> vec4f { return value; }
