// lib/element-f32.wgsl: f32 as the element type of a kernel that is written once for several types.

alias Element = f32;

fn element_lowest() -> Element { var bits = 0xff800000u; return bitcast<f32>(bits); }

fn element_highest() -> Element { var bits = 0x7f800000u; return bitcast<f32>(bits); }

fn element_isnan(x: Element) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
