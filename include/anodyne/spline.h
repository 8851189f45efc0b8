/**
 * @file spline.h
 * Bases of cubic splines: restricted (Harrell), natural, and B-splines as R's ns() and bs()
 * have them. A spline is a value: it owns nothing.
 *
 * Stone and Koo, Proc Stat Comp Sect ASA 1985:45; de Boor, A Practical Guide to Splines,
 * Springer 2001; Harrell, Regression Modeling Strategies, Springer 2015, section 2.4.
 */
#ifndef ANODYNE_SPLINE_H
#define ANODYNE_SPLINE_H

#include <anodyne/status.h>

AN_BEGIN_DECLS

typedef enum an_spline_kind {
    AN_SPLINE_RESTRICTED, /**< linear beyond the outer knots; columns x, then terms divided
                               by (last knot - first knot)^2; df = knots - 1 */
    AN_SPLINE_NATURAL,    /**< linear beyond the boundary; df = inner knots + 1 */
    AN_SPLINE_B           /**< cubic, unrestricted; df = inner knots + 3 */
} an_spline_kind;

enum { AN_SPLINE_MOST_KNOTS = 20, AN_SPLINE_MOST_DF = AN_SPLINE_MOST_KNOTS + 3 };

typedef struct an_spline {
    an_spline_kind kind;
    an_index n_knots;
    double knot[AN_SPLINE_MOST_KNOTS]; /**< ascending; inner knots of natural and B */
    double boundary[2];                /**< of natural and B: outer knots */
    an_index df;                       /**< columns of the basis, without a constant */
    double reflect[2][AN_SPLINE_MOST_DF + 1]; /**< private: natural */
} an_spline;

/** Knots from the data. Restricted: `size` knots, 3 to 7, at Harrell's quantiles (0.1 to 0.9;
 *  0.05 to 0.95; with 7 0.025 to 0.975; evenly spaced between). Natural and B: `size` degrees
 *  of freedom, inner knots at evenly spaced quantiles, boundary at the range. Quantiles are of
 *  type 7.
 *  @param x  [n] finite
 *  @retval AN_ERR_ARGUMENT  size out of range
 *  @retval AN_ERR_DATA      too few different values: two knots are the same */
AN_API an_status an_spline_place(an_ctx *ctx, an_spline_kind kind, an_index size,
                                 an_index n, const double *x, an_spline *out);
/** Given knots, strictly ascending; boundary [2] of natural and B outside them, else NULL. */
AN_API an_status an_spline_at(an_ctx *ctx, an_spline_kind kind, an_index n_knots,
                              const double *knot, const double *boundary, an_spline *out);

/** Values of the basis at x; beyond the boundary the polynomial of the last interval goes on.
 *  @param out  [df] */
AN_API void an_spline_basis(const an_spline *spline, double x, double *out);
/** Coefficients that make x itself, up to a constant. @param out [df] */
AN_API void an_spline_linear(const an_spline *spline, double *out);
/** Wald test that the effect is a straight line, df - 1 degrees of freedom: what is left of
 *  coef' vcov^-1 coef when the best straight line is taken off.
 *  @param coef  [df]
 *  @param vcov  [df x df] column-major */
AN_API double an_spline_nonlinearity(const an_spline *spline, const double *coef,
                                     const double *vcov);

AN_END_DECLS

#endif
