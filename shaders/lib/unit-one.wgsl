// lib/unit-one.wgsl: hidden units one by one, for kernels that also have them in fours (unit-four.wgsl).   Uses: lib/math.wgsl
alias Unit = f32;
fn unit_part(x: Unit, i: u32) -> f32 { return x; }
fn unit_tanh(x: Unit) -> Unit { return math_tanh(x); }
fn unit_sigmoid(x: Unit) -> Unit { return math_sigmoid(x); }
fn unit_step(x: Unit) -> Unit { return select(0.0, 1.0, x > 0.0); }
fn unit_relu(x: Unit) -> Unit { return math_max(x, 0.0); }
