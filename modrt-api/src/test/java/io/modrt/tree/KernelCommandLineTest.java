package io.modrt.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kmod's own tests module-param-kcmdline to module-param-kcmdline9 check. */
class KernelCommandLineTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
    # command line                                          | options
    root=/dev/sda2 ro mod_simple.foo mod_simple.bar=1 quiet | mod_simple foo, mod_simple bar=1
    vga.a vga.b=1 quiet                                     | vga a, vga b=1
    IMAGE=/boot/vmlinuz-3.12-a.b initrd=\\x.img vga.a       | vga a
    test-mod.size=1.5G                                      | test_mod size=1.5G
    vga.a vga.text="two words" vga."not one"                | vga a, vga text="two words"
    vga.a " none" "none " " open quote vga.b                | vga a
    vga.a=2 acpi[14:00.5]=AMD0020:00 vga.z=test             | vga a=2, vga z=test
    port.debug="file a/b.c +p" rw                           | port debug="file a/b.c +p"
    "port.debug=file a/b.c +p" rw                           | port debug="file a/b.c +p"
    """)
    void optionsAreReadOffTheCommandLine(String line, String options) {
        List<String> read = new KernelCommandLine(line)
                .options().stream().map(o -> o.module() + " " + o.text()).toList();

        assertEquals(options, String.join(", ", read));
    }

    @Test
    void severalBlacklistsAddUp() {
        KernelCommandLine line = new KernelCommandLine(
                "modprobe.blacklist=floppy,pc-spkr modprobe.blacklist=vga quiet modprobe.blacklist");

        assertEquals(List.of("floppy", "pc_spkr", "vga"), line.blacklist());
        assertEquals(List.of(), line.options());
    }
}
