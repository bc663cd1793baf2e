package com.example.i386;

import io.modrt.spi.Arch;
import io.modrt.testkit.contract.ArchContract;
import io.modrt.testkit.contract.AssemblerWords;
import io.modrt.testkit.contract.LinkerWords;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** i386 passes what every architecture must pass. */
class I386ContractTest extends ArchContract {
    static byte[] resource(String name) {
        try (InputStream in = I386ContractTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    @Override
    protected Arch arch() {
        return new I386Arch();
    }

    @Override
    protected Map<String, byte[]> modules() {
        Map<String, byte[]> modules = new LinkedHashMap<>();
        modules.put("greeter", I386Modules.greeter());
        modules.put("visitor", I386Modules.visitor());
        modules.put("relocs", resource("relocs.ko"));
        return modules;
    }

    @Override
    protected List<LinkerWords> linkerWords() {
        String words = new String(resource("ld.txt"), StandardCharsets.UTF_8);
        return List.of(LinkerWords.of(words, I386ContractTest::resource));
    }

    @Override
    protected AssemblerWords assemblerWords() {
        return AssemblerWords.of("""
                nop : 89 f6
                nop : 3e 8d 74 26 00
                # jmp 0xf800111f; jmp 0xf8001300
                jump 0xf80010ff 0xf800111f : eb 1e
                jump 0xf8001200 0xf8001300 : e9 fb 00 00 00
                # leal 0x0(%esi,%eiz,1), in the place of call __fentry__
                site 0 : 3e 8d 74 26 00
                # call 0xc1027a40
                call 0xf8001000 0xc1027a40 : e8 3b 6a 02 c9
                """);
    }
}
