package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.error.Errno;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.load.ModuleListener;
import io.modrt.memory.ModuleAllocator;
import io.modrt.memory.PerCpuAllocator;
import io.modrt.memory.Permission;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.sample.SampleArch;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** What a load says to the embedder's collaborators, how often, and in which order. */
class ConversationTest {
    private static final int ABS64 = 257;
    private static final int CALL26 = 283;
    private static final int BL = 0x9400_0000;
    private static final Address CORE = Address.of(0xffff_8000_0001_0000L);
    private static final Address INIT = Address.of(0xffff_8000_0002_0000L);
    private static final int OLD = 0xa5;

    private final FakeMemory target = FakeMemory.filledWith(OLD);
    private final TargetMemory memory = mock(TargetMemory.class, delegatesTo(target));
    private final KernelSymbols symbols = mock(KernelSymbols.class);
    private final ModuleAllocator allocator = mock(ModuleAllocator.class);
    private final PerCpuAllocator perCpu = mock(PerCpuAllocator.class);
    private final ModuleListener first = mock(ModuleListener.class);
    private final ModuleListener second = mock(ModuleListener.class);
    private final ModuleRuntime runtime = ModuleRuntime.builder()
            .arch(new SampleArch())
            .memory(memory)
            .kernelSymbols(symbols)
            .allocator(allocator)
            .perCpu(perCpu)
            .listener(first)
            .listener(second)
            .build();

    private final ModuleFile file = file();

    private static ModuleFile file() {
        KernelModuleBuilder module = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "ferry")
                .text(BL, BL, BL)
                .initText(BL)
                .data(0, 0)
                .relocation(".text", 0, CALL26, "_printk")
                .relocation(".text", 4, CALL26, "_printk", 4)
                .relocation(".text", 8, CALL26, "within")
                .relocation(".init.text", 0, CALL26, "_printk")
                .relocation(".data", 0, ABS64, "jiffies")
                .function("within", ".text", 0)
                .importsWeakly("maybe");
        module.elf().symbol("_printk");
        return ModuleFile.open(module.build());
    }

    private static Optional<KernelSymbol> export(String name, long value) {
        return Optional.of(KernelSymbol.of(name, Address.of(value)));
    }

    private static AddressRange range(Address start, long sizeBytes) {
        return new AddressRange(start, sizeBytes);
    }

    private AddressRange core;
    private AddressRange init;

    @BeforeEach
    void answer() {
        when(symbols.find(anyString())).thenReturn(Optional.empty());
        when(symbols.placeholder(anyString(), any(), any())).thenReturn(Optional.empty());
        when(symbols.find("_printk")).thenReturn(export("_printk", 0xffff_8000_0000_1000L));
        when(symbols.find("jiffies")).thenReturn(export("jiffies", 0xffff_8000_0000_2000L));
        when(allocator.allocate(anyLong(), any()))
                .thenAnswer(call -> core = range(CORE, call.getArgument(0)))
                .thenAnswer(call -> init = range(INIT, call.getArgument(0)));
        when(allocator.fresh()).thenReturn(true);
    }

    private void verifyGiven(AddressRange range) {
        verify(memory, times(1)).take(eq(range.start()), any());
    }

    private void verifyWrittenBack(AddressRange range) {
        verify(memory, times(1)).write(eq(range.start()), any(), anyInt(), eq((int) range.sizeBytes()));
    }

    /** Two symbols and four relocations name _printk; the module defines within itself; maybe is weak, so it gets no placeholder. */
    @Test
    void aResolverIsAskedOnceForEachSymbolThatIsUndefined() {
        runtime.load(file);
        verify(symbols, times(2)).find("_printk");
        verify(symbols, times(1)).find("jiffies");
        verify(symbols, times(1)).find("maybe");
        verify(symbols, times(1)).find("module_layout"); // its CRC stands for the loader's own structures
        verifyNoMoreInteractions(symbols);
    }

    @Test
    void memoryIsWrittenOnceARegionAndToldOfNewCodeAfterwards() {
        runtime.load(file);
        InOrder order = inOrder(memory);
        order.verify(memory).take(eq(core.start()), any());
        order.verify(memory).codeChanged(core);
        order.verify(memory).take(eq(init.start()), any());
        order.verify(memory).codeChanged(init);
        order.verify(memory).protect(core, Permission.READ_WRITE_EXECUTE);
        order.verify(memory).protect(init, Permission.READ_WRITE_EXECUTE);
        verifyNoMoreInteractions(memory);
    }

    @Test
    void memoryThatIsNotFreshIsReadOnceBeforeItIsWritten() {
        when(allocator.fresh()).thenReturn(false);
        runtime.load(file);
        InOrder order = inOrder(memory);
        order.verify(memory).read(eq(core.start()), any(), anyInt(), eq((int) core.sizeBytes()));
        order.verify(memory).take(eq(core.start()), any());
        order.verify(memory).codeChanged(core);
        order.verify(memory).read(eq(init.start()), any(), anyInt(), eq((int) init.sizeBytes()));
        order.verify(memory).take(eq(init.start()), any());
        order.verify(memory).codeChanged(init);
        order.verify(memory).protect(core, Permission.READ_WRITE_EXECUTE);
        order.verify(memory).protect(init, Permission.READ_WRITE_EXECUTE);
        verifyNoMoreInteractions(memory);
    }

    @Test
    void nothingTouchesMemoryBeforeCommit() {
        runtime.plan(file).place().resolve().relocate();
        verifyNoInteractions(memory, first, second);
    }

    @Test
    void anAllocatorIsAskedOnceForEachRegionAndOnlyGivenBackWhatItGave() {
        LiveModule module = runtime.load(file);
        verify(allocator, times(2)).allocate(anyLong(), eq(Permission.READ_WRITE_EXECUTE));
        verify(allocator, never()).free(any());
        module.dropInit();
        verify(allocator, times(1)).free(init);
        module.unload();
        verify(allocator, times(1)).free(init);
        verify(allocator, times(1)).free(core);
        verifyNoInteractions(perCpu);
    }

    private static MemoryException failure(String what) {
        return new MemoryException(Refusal.of(Errno.EFAULT, what));
    }

    @Test
    void aFailingWriteUndoesEarlierOnesAndIsRethrown() {
        when(allocator.fresh()).thenReturn(false);
        MemoryException broken = failure("init cannot be written");
        doThrow(broken).when(memory).take(eq(INIT), any());
        MemoryException refused = assertThrows(MemoryException.class, () -> runtime.load(file));

        assertSame(broken, refused);
        verifyGiven(core);
        verifyWrittenBack(core);
        verifyGiven(init);
        byte[] old = new byte[(int) core.sizeBytes()];
        Arrays.fill(old, (byte) OLD);
        assertArrayEquals(old, target.bytes(core.start(), old.length));
        verify(allocator, times(1)).free(core);
        verify(allocator, times(1)).free(init);
        verifyNoInteractions(first, second);
    }

    @Test
    void freshMemoryIsNotRestoredWhenAWriteFails() {
        doThrow(failure("init cannot be written")).when(memory).take(eq(INIT), any());
        assertThrows(MemoryException.class, () -> runtime.load(file));
        verifyGiven(core);
        verify(memory, never()).read(any(), any(), anyInt(), anyInt());
    }

    @Test
    void anUndoThatFailsTooSaysBoth() {
        when(allocator.fresh()).thenReturn(false);
        MemoryException broken = failure("init cannot be written");
        target.failWritesFrom(2);
        doThrow(broken).when(memory).take(eq(INIT), any());
        MemoryException both = assertThrows(MemoryException.class, () -> runtime.load(file));

        assertEquals(
                "init cannot be written; and undoing it failed, too: " + core.sizeBytes() + " bytes at " + CORE
                        + " are no longer what they were: write 2 of " + core + " fails, as the test wants",
                both.getMessage());
        assertSame(broken, both.getCause());
        assertEquals(1, both.getSuppressed().length);
        verify(allocator, times(1)).free(core);
        verify(allocator, times(1)).free(init);
    }

    @Test
    void listenersHearOfEachStepInTheOrderOfTheirRegistration() {
        LiveModule module = runtime.load(file);
        module.dropInit();
        module.unload();
        InOrder order = inOrder(memory, first, second, allocator);
        order.verify(memory).codeChanged(init);
        order.verify(first).coming(module);
        order.verify(second).coming(module);
        order.verify(first).live(module);
        order.verify(second).live(module);
        order.verify(allocator).free(init);
        order.verify(first).initDropped(module);
        order.verify(second).initDropped(module);
        order.verify(first).going(module);
        order.verify(second).going(module);
        order.verify(allocator).free(core);
        verifyNoMoreInteractions(first, second);
    }

    @Test
    void aListenerThatRefusesIsToldThatTheModuleGoesAndItsSuccessorsHearNothing() {
        when(allocator.fresh()).thenReturn(false);
        IllegalStateException veto = new IllegalStateException("not here");
        doThrow(veto).when(first).coming(any());
        assertSame(veto, assertThrows(IllegalStateException.class, () -> runtime.load(file)));

        InOrder order = inOrder(first, memory);
        order.verify(first).coming(any());
        order.verify(first).going(any());
        order.verify(memory).write(eq(INIT), any(), anyInt(), anyInt());
        order.verify(memory).write(eq(CORE), any(), anyInt(), anyInt());
        assertEquals(Map.of(), target.contents());
        verifyNoInteractions(second);
        verify(allocator, times(1)).free(core);
        verify(allocator, times(1)).free(init);
    }

    @Test
    void explainingAsksNobodyAgain() {
        LiveModule module = runtime.load(file);
        clearInvocations(symbols, memory, allocator, first, second);
        assertEquals(5, module.relocations().count());
        module.reach();
        module.relocated(file.elf().section(".text").orElseThrow());
        verifyNoInteractions(symbols, memory, allocator, first, second);
    }
}
