package io.modrt.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.modrt.elf.AddendKind;
import java.util.Set;
import org.apiguardian.api.API;

/** What compiled classes may know of each other. */
@AnalyzeClasses(packages = "io.modrt", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
    private static final String[] ARCHITECTURES = {"io.modrt.mips..", "io.modrt.parisc.."};

    /** An architecture is found, never named. */
    @ArchTest
    static final ArchRule nothingPublishedNamesAnArchitecture = noClasses()
            .that()
            .resideInAPackage("io.modrt..")
            .and()
            .resideOutsideOfPackages(ARCHITECTURES)
            .and()
            .resideOutsideOfPackages("io.modrt.examples..", "io.modrt.conformance..", "io.modrt.benchmarks..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ARCHITECTURES);

    @ArchTest
    static final ArchRule architecturesDoNotKnowEachOther =
            slices().matching("io.modrt.(mips|parisc)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule architecturesStandOnWhatIsExportedAlone = noClasses()
            .that()
            .resideInAnyPackage(ARCHITECTURES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.modrt.engine..");

    /** Phases are types that lead to each other, so layout, link and spi form one knot; what lies below stays out of it. */
    @ArchTest
    static final ArchRule whatThingsAreDoesNotDependOnWhatIsDoneWithThem = noClasses()
            .that()
            .resideInAnyPackage("io.modrt.elf..", "io.modrt.memory..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "io.modrt.engine..", "io.modrt.layout..", "io.modrt.link..", "io.modrt.spi..")
                    .and(not(type(AddendKind.class)))); // why: a word of the SPI that says what a section of ELF holds

    /** The way in is {@code io.modrt} alone. */
    @ArchTest
    static final ArchRule theEngineIsReachedFromTheFrontAlone = noClasses()
            .that(resideInAnyPackage("io.modrt.*..")
                    .and(JavaClass.Predicates.resideOutsideOfPackages("io.modrt.engine..")))
            .and()
            .resideOutsideOfPackage("io.modrt.testkit..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.modrt.engine..");

    @ArchTest
    static final ArchRule theEngineHasNoCycles =
            slices().matching("io.modrt.engine.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule everyExportedTypeSaysHowStableItIs = classes()
            .that(resideInAnyPackage(PublishedModules.exportedPackages()))
            .and()
            .areTopLevelClasses()
            .and()
            .haveModifier(PUBLIC)
            .should()
            .beAnnotatedWith(API.class);

    /** What says how stable it is was meant for others. */
    @ArchTest
    static final ArchRule whatIsStableIsExported = classes()
            .that()
            .areAnnotatedWith(API.class)
            .should(be(resideInAnyPackage(PublishedModules.exportedPackages())));

    /** A type that is not exported, or of a module that the user need not have, could not be named by its user. */
    @ArchTest
    static final ArchRule exportedSignaturesNameExportedTypesAlone = classes()
            .that(resideInAnyPackage(PublishedModules.exportedPackages()))
            .and()
            .arePublic()
            .should(nameExportedTypesAlone());

    private static ArchCondition<JavaClass> nameExportedTypesAlone() {
        return new ArchCondition<>("name exported types alone in what they show") {
            @Override
            public void check(JavaClass owner, ConditionEvents events) {
                boolean testkit = owner.getPackageName().startsWith("io.modrt.testkit");
                for (JavaCodeUnit unit : owner.getCodeUnits()) {
                    if (isSeen(unit.getModifiers())) {
                        unit.getAllInvolvedRawTypes().stream()
                                .map(JavaClass::getBaseComponentType)
                                .filter(type -> !isNameable(type, testkit))
                                .forEach(type -> events.add(SimpleConditionEvent.violated(
                                        unit, unit.getFullName() + " shows " + type.getName())));
                    }
                }
            }
        };
    }

    private static boolean isNameable(JavaClass type, boolean fromTestkit) {
        String home = type.getPackageName();
        if (home.startsWith("io.modrt")) {
            return PublishedModules.isExported(home) && isSeen(type.getModifiers());
        }
        if (type.isPrimitive() || home.startsWith("java.")) {
            return true;
        }
        return fromTestkit && (home.startsWith("org.junit.jupiter.api") || home.startsWith("com.google.common.jimfs"));
    }

    private static boolean isSeen(Set<JavaModifier> modifiers) {
        return modifiers.contains(PUBLIC) || modifiers.contains(PROTECTED);
    }
}
