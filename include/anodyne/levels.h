/**
 * @file levels.h
 * Vertebral levels as clinics write them: "T10-L1", "C7/T1", "L1-3", "胸10-腰1", "VB_T01".
 *
 * A set of vertebrae is a word of bits. Everything is a kernel: pure, without memory,
 * without failure. What cannot be read is refused at its place; nothing is guessed.
 *
 * Method page: docs/methods/levels.md
 */
#ifndef ANODYNE_LEVELS_H
#define ANODYNE_LEVELS_H

#include <anodyne/types.h>

AN_BEGIN_DECLS

/** From the head down: 0 the occiput, then C1-C7, T1-T12, L1-L5, S1-S5. */
typedef enum an_vertebra {
    AN_OCCIPUT,
    AN_C1,
    AN_C2,
    AN_C7 = 7,
    AN_T1,
    AN_T12 = 19,
    AN_L1,
    AN_L2,
    AN_L5 = 24,
    AN_S1,
    AN_S5 = 29
} an_vertebra;
enum { AN_VERTEBRA_COUNT = 30 };

/** A set: bit v is vertebra v. 0 is the empty set. */
typedef uint32_t an_levels;

/** Why a text is not a set of vertebrae. */
typedef enum an_levels_fault {
    AN_LEVELS_READ, /**< it is one */
    AN_LEVELS_EMPTY,
    AN_LEVELS_LONG,         /**< more than 200 bytes */
    AN_LEVELS_UNKNOWN,      /**< a sign or word that is not known */
    AN_LEVELS_UNEXPECTED,   /**< known, but not here */
    AN_LEVELS_NO_REGION,    /**< "10-12": a number without C, T, L or S */
    AN_LEVELS_NO_NUMBER,    /**< "T-L1" */
    AN_LEVELS_NO_VERTEBRA,  /**< "T13", "L6" */
    AN_LEVELS_REVERSED,     /**< "L1-T10": not from the head down */
    AN_LEVELS_NO_SEPARATOR, /**< "T9 T11": a range or a list? */
    AN_LEVELS_FAULT_COUNT
} an_levels_fault;
/** In words, for a message: "a number without C, T, L or S". */
AN_API const char *an_levels_fault_text(an_levels_fault fault);

/**
 * Read a text of levels.
 *
 * Regions: C, T (Th, D), L, S; HWK, BWK, LWK, SWK; 颈, 胸, 腰, 骶 (頸, 頚, 薦, 仙), also behind
 * the number as in 第3腰椎; "occiput" (枕骨, C0), "sacrum" (骶骨, S1-S5). Numbers: digits, two
 * of them as in TG-263, or 一 to 十二. A range is written - – — ~ 至 到 to; a list , ; / + & 、
 * 和 and. A number without region has that of the number before it: "L1-3", "T9,11". Case,
 * blanks and full width do not count.
 *
 * @param text  [size] bytes, UTF-8
 * @param out   the set; 0 unless AN_LEVELS_READ
 * @param at    byte where the fault is; may be NULL
 */
AN_API an_levels_fault an_levels_read(const char *text, size_t size, an_levels *out,
                                      size_t *at);

enum { AN_LEVELS_SIZE = 160 };
/** "T10-L1", "T9, T11"; "" for the empty set. What it writes is read as the same set. */
AN_API void an_levels_write(an_levels levels, char text[AN_LEVELS_SIZE]);

/** "Occiput", "C1" ... "S5"; NULL: no such vertebra. */
AN_API const char *an_vertebra_name(int vertebra);
AN_API int an_levels_first(an_levels levels); /**< nearest to the head; -1: empty */
AN_API int an_levels_last(an_levels levels);  /**< -1: empty */
AN_API int an_levels_count(an_levels levels);
/** With so many vertebrae more above and below each. */
AN_API an_levels an_levels_widen(an_levels levels, int more);
/** Steps between the nearest two vertebrae: 0 they share one, 1 neighbours; -1: one set
 *  is empty. */
AN_API int an_levels_distance(an_levels a, an_levels b);

/** Location as in SINS: Fisher et al. 2010, Spine 35:E1221; ordered by its points. */
typedef enum an_spine_part {
    AN_SPINE_UNKNOWN = -1, /**< no level */
    AN_SPINE_RIGID,        /**< S2-S5 */
    AN_SPINE_SEMIRIGID,    /**< T3-T10 */
    AN_SPINE_MOBILE,       /**< C3-C6, L2-L4 */
    AN_SPINE_JUNCTIONAL    /**< occiput-C2, C7-T2, T11-L1, L5-S1 */
} an_spine_part;
enum { AN_SPINE_PART_COUNT = 4 };
AN_API const char *an_spine_part_text(an_spine_part part); /**< "junctional"; NULL */
/** Of several levels the part with most points. */
AN_API an_spine_part an_levels_spine_part(an_levels levels);

/** What lies in the canal. That the cord ends at L1 to L2 is an assumption on every
 *  patient: it ends anywhere from T12 to L3. */
typedef enum an_canal {
    AN_CANAL_UNKNOWN = -1, /**< no level */
    AN_CANAL_CAUDA,        /**< L3 and below: cauda equina */
    AN_CANAL_CONUS,        /**< L1, L2: end of the cord, lumbar */
    AN_CANAL_CORD          /**< T12 and above: cervical or thoracic cord */
} an_canal;
AN_API const char *an_canal_text(an_canal canal); /**< NULL: AN_CANAL_UNKNOWN */
/** Of several levels the highest. */
AN_API an_canal an_levels_canal(an_levels levels);

AN_END_DECLS

#endif
