#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_fuzz::targets::ssh_words::run(data));
