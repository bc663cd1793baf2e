package io.modrt.engine;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.modrt.spi.Arch;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchitecturesTest {

    @Test
    void anArchitectureForAnotherSpiIsRefusedWithBothVersions() {
        Arch old = mock(Arch.class);
        when(old.name()).thenReturn("vax");
        when(old.spiVersion()).thenReturn(Arch.SPI_VERSION - 1);

        IllegalStateException refusal =
                assertThrows(IllegalStateException.class, () -> new Architectures(List.of(old)));

        assertTrue(
                refusal.getMessage()
                        .contains("was written for version " + (Arch.SPI_VERSION - 1) + " of the SPI, this is version "
                                + Arch.SPI_VERSION),
                refusal.getMessage());
    }

    @Test
    void theServiceLoaderIsNotAskedAsLongAsTheEmbeddersArchitectureDoes(@TempDir Path folder) throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(Arch.class.getName()), "com.example.NoSuchClass\n");
        try (URLClassLoader classes = new URLClassLoader(withClassPath(folder), ClassLoader.getPlatformClassLoader())) {
            Class<?> arch = classes.loadClass(Arch.class.getName());
            Object own = Proxy.newProxyInstance(classes, new Class<?>[] {arch}, (proxy, method, arguments) -> {
                assertEquals("spiVersion", method.getName());
                return Arch.SPI_VERSION;
            });

            assertDoesNotThrow(() -> architectures(classes, List.of(own)));
            assertInstanceOf(
                    ServiceConfigurationError.class,
                    assertThrows(InvocationTargetException.class, () -> architectures(classes, List.of()))
                            .getCause());
        }
    }

    private static void architectures(ClassLoader classes, List<?> own) throws ReflectiveOperationException {
        var constructor = classes.loadClass(Architectures.class.getName()).getDeclaredConstructor(List.class);
        constructor.setAccessible(true);
        constructor.newInstance(own);
    }

    private static URL[] withClassPath(Path folder) throws IOException {
        List<URL> urls = new ArrayList<>(List.of(folder.toUri().toURL()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }
}
