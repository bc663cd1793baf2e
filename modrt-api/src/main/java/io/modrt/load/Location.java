package io.modrt.load;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import java.util.Optional;
import java.util.OptionalLong;
import org.apiguardian.api.API;

/**
 * One byte of a module, in each way of naming it.
 *
 * @param section the section that holds it
 * @param sectionOffset bytes from the section's start
 * @param fileOffset bytes from the file's start; empty in sections without contents
 * @param address where it is in the target; empty in sections that are not loaded
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Location(Section section, long sectionOffset, OptionalLong fileOffset, Optional<Address> address) {}
