package io.modrt.conformance.fuzz;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.memory.TargetMemory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Memory of the whole address space in which every byte that nobody wrote is {@code a5}. */
final class FilledMemory implements TargetMemory {
    private static final int PAGE_BYTES = 4096;
    private static final byte FILL = (byte) 0xa5;

    private final Map<Long, byte[]> pages = new HashMap<>();

    @Override
    public void read(Address from, byte[] into, int offset, int length) {
        for (int done = 0; done < length; ) {
            long at = from.value() + done;
            int within = (int) at & PAGE_BYTES - 1;
            int count = Math.min(length - done, PAGE_BYTES - within);
            byte[] page = pages.get(at & -PAGE_BYTES);
            if (page == null) {
                Arrays.fill(into, offset + done, offset + done + count, FILL);
            } else {
                System.arraycopy(page, within, into, offset + done, count);
            }
            done += count;
        }
    }

    @Override
    public void write(Address to, byte[] bytes, int offset, int length) {
        for (int done = 0; done < length; ) {
            long at = to.value() + done;
            int within = (int) at & PAGE_BYTES - 1;
            int count = Math.min(length - done, PAGE_BYTES - within);
            byte[] page = pages.computeIfAbsent(at & -PAGE_BYTES, any -> {
                byte[] filled = new byte[PAGE_BYTES];
                Arrays.fill(filled, FILL);
                return filled;
            });
            System.arraycopy(bytes, offset + done, page, within, count);
            done += count;
        }
    }

    @Override
    public void codeChanged(AddressRange range) {
        // why: nobody keeps translations of this code
    }
}
