package io.modrt.spi;

import java.util.List;
import org.apiguardian.api.API;

/**
 * Bridges branches that do not reach. It is asked for every relocation of a {@linkplain RelocationType#routed() routed} type, in
 * the kernel's order, before alignment and range are checked.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface StubAllocator {

    /**
     * Where the branch at {@code site} should go: {@code S + A}, or the address of a stub that goes there.
     *
     * @throws io.modrt.error.RelocationException where a stub is needed and none is left
     */
    long route(Site site);

    /** The stubs used so far, in order of allocation; the engine writes their words into the image. */
    List<Stub> used();

    /** Lets every branch go where it wants. */
    static StubAllocator none() {
        return new StubAllocator() {
            @Override
            public long route(Site site) {
                return site.S() + site.A();
            }

            @Override
            public List<Stub> used() {
                return List.of();
            }
        };
    }
}
