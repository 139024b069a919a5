#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| redlane_fuzz::info(data));

#[cfg(not(fuzzing))]
fn main() {
    redlane_fuzz::replay(redlane_fuzz::info);
}
