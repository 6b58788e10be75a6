// lib/unit-four.wgsl: four neighbouring hidden units at a time.   Uses: lib/math.wgsl
alias Unit = vec4<f32>;
fn unit_part(x: Unit, i: u32) -> f32 { return x[i]; }
fn unit_tanh(x: Unit) -> Unit { return Unit(math_tanh(x.x), math_tanh(x.y), math_tanh(x.z), math_tanh(x.w)); }
fn unit_sigmoid(x: Unit) -> Unit { return Unit(math_sigmoid(x.x), math_sigmoid(x.y), math_sigmoid(x.z), math_sigmoid(x.w)); }
fn unit_step(x: Unit) -> Unit { return select(Unit(0.0), Unit(1.0), x > Unit(0.0)); }
fn unit_relu(x: Unit) -> Unit { return Unit(math_max(x.x, 0.0), math_max(x.y, 0.0), math_max(x.z, 0.0), math_max(x.w, 0.0)); }
