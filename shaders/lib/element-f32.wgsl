// lib/element-f32.wgsl: f32 as the element type of a kernel that is written once for several types.

alias Element = f32;
alias Quad = vec4<f32>;

fn element_lowest() -> Element { var bits = 0xff800000u; return bitcast<f32>(bits); }

fn element_highest() -> Element { var bits = 0x7f800000u; return bitcast<f32>(bits); }

fn element_isnan(x: Element) -> bool { return (bitcast<i32>(x) & 0x7fffffff) > 0x7f800000; }

fn quad_isnan(x: Quad) -> vec4<bool> { return (bitcast<vec4i>(x) & vec4i(0x7fffffff)) > vec4i(0x7f800000); }
