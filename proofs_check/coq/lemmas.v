(* Lemmas and tactics for inequalities on intervals: signs from derivatives, the cosine substitution, kernel series.

   Away from the zeros of a slack [interval] decides; next to a zero of order p at an end of the interval the sign comes
   from the p-th derivative by p uses of [from_left_end] or [from_right_end]. *)

From Coq Require Export Reals Lra Lia.
From Haarmite Require Export algebra.
From Coquelicot Require Export Coquelicot.
From Interval Require Export Tactic.
Open Scope R_scope.

(* Signs from derivatives ------------------------------------------------------------------------------------------ *)

Lemma mean_value : forall (f : R -> R) (a b : R), a <= b ->
  (forall x, a <= x <= b -> ex_derive f x) -> exists c, a <= c <= b /\ f b - f a = Derive f c * (b - a).
Proof.
  intros f a b Hab Hf. destruct (MVT_gen f a b (Derive f)) as [c [Hc E]].
  - intros x Hx. rewrite Rmin_left, Rmax_right in Hx by exact Hab. apply Derive_correct, Hf. lra.
  - intros x Hx. rewrite Rmin_left, Rmax_right in Hx by exact Hab.
    apply continuity_pt_filterlim. apply (ex_derive_continuous f x), Hf, Hx.
  - exists c. rewrite Rmin_left, Rmax_right in Hc by exact Hab. split; [exact Hc | exact E].
Qed.

Definition rises (f : R -> R) (x : R) : Prop := exists d, is_derive f x d /\ 0 <= d.
Definition falls (f : R -> R) (x : R) : Prop := exists d, is_derive f x d /\ d <= 0.

Lemma from_left_end : forall (f : R -> R) (a b : R),
  0 <= f a -> (forall x, a <= x <= b -> rises f x) -> forall x, a <= x <= b -> 0 <= f x.
Proof.
  intros f a b Ha Hd x Hx. destruct (mean_value f a x) as [c [Hc E]]; [lra | |].
  - intros y Hy. destruct (Hd y) as [d [Hy' _]]; [lra | exists d; exact Hy'].
  - destruct (Hd c) as [d [Hc' Hpos]]; [lra |]. rewrite (is_derive_unique f c d Hc') in E.
    assert (0 <= d * (x - a)) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma from_right_end : forall (f : R -> R) (a b : R),
  0 <= f b -> (forall x, a <= x <= b -> falls f x) -> forall x, a <= x <= b -> 0 <= f x.
Proof.
  intros f a b Hb Hd x Hx. destruct (mean_value f x b) as [c [Hc E]]; [lra | |].
  - intros y Hy. destruct (Hd y) as [d [Hy' _]]; [lra | exists d; exact Hy'].
  - destruct (Hd c) as [d [Hc' Hneg]]; [lra |]. rewrite (is_derive_unique f c d Hc') in E.
    assert (0 <= (- d) * (b - x)) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma on_right_ray : forall (f : R -> R) (a : R),
  0 <= f a -> (forall x, a <= x -> rises f x) -> forall x, a <= x -> 0 <= f x.
Proof. intros f a Ha Hd x Hx. apply (from_left_end f a x Ha); [intros y Hy; apply Hd; lra | lra]. Qed.

Lemma on_left_ray : forall (f : R -> R) (b : R),
  0 <= f b -> (forall x, x <= b -> falls f x) -> forall x, x <= b -> 0 <= f x.
Proof. intros f b Hb Hd x Hx. apply (from_right_end f x b Hb); [intros y Hy; apply Hd; lra | lra]. Qed.

(* Two cells that share an end cover their union. *)
Lemma two_cells : forall (P : R -> Prop) (a m b : R),
  (forall x, a <= x <= m -> P x) -> (forall x, m <= x <= b -> P x) -> forall x, a <= x <= b -> P x.
Proof. intros P a m b Hl Hr x Hx. destruct (Rle_dec x m); [apply Hl | apply Hr]; lra. Qed.

Lemma slack_nonneg : forall large small : R, 0 <= large - small -> small <= large.
Proof. intros. lra. Qed.

Lemma slack_positive : forall large small : R, 0 < large - small -> small < large.
Proof. intros. lra. Qed.

(* Products and quotients of known sign ---------------------------------------------------------------------------- *)

Lemma quotient_of_nonneg : forall p q : R, 0 <= p -> 0 <= q -> 0 <= p / q.
Proof.
  intros p q Hp [Hq | Hq]; [apply Rmult_le_pos; [exact Hp | left; apply Rinv_0_lt_compat; exact Hq] |].
  rewrite <- Hq. unfold Rdiv. rewrite Rinv_0. lra.
Qed.

Lemma inverse_of_nonneg : forall q : R, 0 <= q -> 0 <= / q.
Proof. intros q Hq. replace (/ q) with (1 / q) by (unfold Rdiv; ring). apply quotient_of_nonneg; lra. Qed.

(* The sign of a sum of products, quotients and powers of things whose sign is evident. *)
Ltac evident_sign :=
  match goal with
  | H : 0 <= ?e |- 0 <= ?e => exact H
  | |- 0 <= exp ?x => left; apply exp_pos
  | |- 0 <= sqrt ?x => apply sqrt_pos
  | |- 0 <= _ => lra
  | |- 0 <= ?a ^ 2 => apply square_nonneg
  | |- 0 <= ?a / ?b => apply quotient_of_nonneg; evident_sign
  | |- 0 <= / ?b => apply inverse_of_nonneg; evident_sign
  | |- 0 <= ?a * ?b => apply Rmult_le_pos; evident_sign
  | |- 0 <= ?a ^ ?n => apply pow_le; evident_sign
  | |- 0 <= ?a + ?b => apply Rplus_le_le_0_compat; evident_sign
  | |- 0 <= _ => nra
  end.

Ltac ring_simplify_denominators :=
  repeat match goal with |- context [?a / ?b] => progress ring_simplify b end.

(* Functions that [interval] or [auto_derive] do not know, by those that they do ------------------------------------ *)

Lemma asin_as_atan : forall u : R, -1 < u < 1 -> asin u = atan (u / sqrt (1 - u ^ 2)).
Proof. intros u Hu. rewrite asin_atan by exact Hu. unfold Rsqr. do 3 f_equal. ring. Qed.

Lemma acos_as_atan : forall u : R, -1 < u < 1 -> acos u = PI / 2 - atan (u / sqrt (1 - u ^ 2)).
Proof. intros u Hu. rewrite acos_asin by lra. rewrite asin_as_atan by exact Hu. reflexivity. Qed.

Lemma tanh_as_exp : forall u : R, tanh u = 1 - 2 / (exp (2 * u) + 1).
Proof.
  intro u. unfold tanh, sinh, cosh. rewrite exp_Ropp. replace (2 * u) with (u + u) by ring. rewrite exp_plus.
  pose proof (exp_pos u). field. repeat split; nra.
Qed.

Lemma sinh_as_exp : forall u : R, sinh u = (exp u - exp (- u)) / 2.
Proof. intro u. reflexivity. Qed.

Lemma cosh_as_exp : forall u : R, cosh u = (exp u + exp (- u)) / 2.
Proof. intro u. reflexivity. Qed.

Lemma below_one : forall u : R, -1 < u < 1 -> 0 < 1 - u ^ 2.
Proof. intros u Hu. nra. Qed.

Lemma asin_derive : forall u : R, -1 < u < 1 -> is_derive asin u (/ sqrt (1 - u ^ 2)).
Proof.
  intros u Hu. apply is_derive_Reals.
  replace (/ sqrt (1 - u ^ 2)) with (derive_pt asin u (derivable_pt_asin u Hu)); [apply (derive_pt_eq_1 _ _ _ (derivable_pt_asin u Hu)); reflexivity |].
  rewrite derive_pt_asin. unfold Rdiv, Rsqr. rewrite Rmult_1_l. do 3 f_equal. ring.
Qed.

Lemma acos_derive : forall u : R, -1 < u < 1 -> is_derive acos u (- / sqrt (1 - u ^ 2)).
Proof.
  intros u Hu. apply is_derive_Reals.
  replace (- / sqrt (1 - u ^ 2)) with (derive_pt acos u (derivable_pt_acos u Hu)); [apply (derive_pt_eq_1 _ _ _ (derivable_pt_acos u Hu)); reflexivity |].
  rewrite derive_pt_acos. unfold Rdiv, Rsqr. replace (1 - u * u) with (1 - u ^ 2) by ring. ring.
Qed.

Lemma tan_derive : forall u : R, cos u <> 0 -> is_derive tan u (1 + tan u ^ 2).
Proof. intros u Hu. unfold tan. auto_derive; [exact Hu | field; exact Hu]. Qed.

Lemma cosh_positive : forall u : R, 0 < cosh u.
Proof. intro u. unfold cosh. pose proof (exp_pos u). pose proof (exp_pos (- u)). lra. Qed.

Lemma tanh_derive : forall u : R, is_derive tanh u (1 - tanh u ^ 2).
Proof.
  intro u. pose proof (cosh_positive u). unfold tanh. auto_derive; [lra | field; lra].
Qed.

Global Instance asin_unary : UnaryDiff' asin := Build_UnaryDiff' asin _ _ asin_derive.
Global Instance acos_unary : UnaryDiff' acos := Build_UnaryDiff' acos _ _ acos_derive.
Global Instance tan_unary : UnaryDiff' tan := Build_UnaryDiff' tan _ _ tan_derive.
Global Instance tanh_unary : UnaryDiff tanh := Build_UnaryDiff tanh _ tanh_derive.

(* The error function is an integral; its derivative is elementary. *)
Definition gauss (t : R) : R := exp (- t ^ 2).
Definition erf (x : R) : R := 2 / sqrt PI * RInt gauss 0 x.

Lemma gauss_continuous : forall x : R, continuous gauss x.
Proof. intro x. apply (ex_derive_continuous gauss x). unfold gauss. auto_derive. exact I. Qed.

Lemma erf_derive : forall x : R, is_derive erf x (2 / sqrt PI * exp (- x ^ 2)).
Proof.
  intro x. apply (is_derive_scal (RInt gauss 0) x (2 / sqrt PI)).
  apply (is_derive_RInt gauss (RInt gauss 0) 0 x); [| apply gauss_continuous].
  exists (mkposreal 1 Rlt_0_1). intros y _. apply (RInt_correct gauss), ex_RInt_continuous.
  intros z _. apply gauss_continuous.
Qed.

Lemma erf_0 : erf 0 = 0.
Proof. unfold erf. rewrite RInt_point. apply Rmult_0_r. Qed.

Global Instance erf_unary : UnaryDiff erf := Build_UnaryDiff erf _ erf_derive.

(* Special values, for exact zeros ---------------------------------------------------------------------------------- *)

Ltac special :=
  match goal with
  | |- sqrt ?a = ?r => apply sqrt_lem_1; [lra | lra | field]
  | |- ln ?a = 0 => replace a with 1 by field; exact ln_1
  | |- exp ?a = 1 => replace a with 0 by field; exact exp_0
  | |- exp ?a = 1 / ?n =>
      replace a with (- ln n) by field; rewrite exp_Ropp, exp_ln by lra; unfold Rdiv; ring
  | |- erf ?a = 0 => replace a with 0 by field; exact erf_0
  | |- tan ?a = 0 => replace a with 0 by field; exact tan_0
  | |- tanh ?a = 0 => replace a with 0 by field; unfold tanh; rewrite sinh_0; unfold Rdiv; apply Rmult_0_l
  | |- sinh ?a = 0 => replace a with 0 by field; exact sinh_0
  | |- cosh ?a = 1 => replace a with 0 by field; exact cosh_0
  | |- atan ?a = 0 => replace a with 0 by field; exact atan_0
  | |- atan ?a = PI / 4 => replace a with 1 by field; exact atan_1
  | |- asin ?a = 0 => replace a with 0 by field; exact asin_0
  | |- asin ?a = PI / 2 => replace a with 1 by field; exact asin_1
  | |- asin ?a = PI / 6 =>
      replace a with (sin (PI / 6)) by (rewrite sin_PI6; field); apply asin_sin; pose proof PI_RGT_0; lra
  | |- acos ?a = 0 => replace a with 1 by field; exact acos_1
  | |- acos ?a = PI / 2 => replace a with 0 by field; exact acos_0
  | |- sin ?a = ?v =>
      first [ replace a with 0 by field; rewrite sin_0 | replace a with (PI / 6) by field; rewrite sin_PI6
            | replace a with (PI / 4) by field; rewrite sin_PI4 | replace a with (PI / 3) by field; rewrite sin_PI3
            | replace a with (PI / 2) by field; rewrite sin_PI2 | replace a with PI by field; rewrite sin_PI ]; field
  | |- cos ?a = ?v =>
      first [ replace a with 0 by field; rewrite cos_0 | replace a with (PI / 6) by field; rewrite cos_PI6
            | replace a with (PI / 4) by field; rewrite cos_PI4 | replace a with (PI / 3) by field; rewrite cos_PI3
            | replace a with (PI / 2) by field; rewrite cos_PI2 | replace a with PI by field; rewrite cos_PI ]; field
  end.

Ltac elementary :=
  repeat first [ rewrite asin_as_atan by (split; interval) | rewrite acos_as_atan by (split; interval)
               | rewrite tanh_as_exp | unfold sinh | unfold cosh ].

(* Bounds on a cell, the cheap ways first; [x] is the variable. *)
Ltac bounded x :=
  elementary;
  first [ interval | interval with (i_bisect x, i_depth 8) | interval with (i_bisect x, i_autodiff x, i_depth 12)
        | interval with (i_bisect x, i_taylor x, i_degree 8, i_depth 18, i_prec 80) ].

Lemma exp_power : forall n : nat, exp (INR n) = exp 1 ^ n.
Proof.
  induction n as [| n IH]; [exact exp_0 |].
  rewrite S_INR, exp_plus, IH. simpl. ring.
Qed.

(* A function value that stays, at a simpler argument; exponentials of integers become powers of exp 1. *)
Ltac kept_value :=
  unfold sinh, cosh, Rdiv; symmetry;
  first [ reflexivity | solve [f_equal; field; repeat split; solve [lra | nonzero]]
        | solve [rewrite exp_Ropp; reflexivity]
        | solve [rewrite <- exp_power; f_equal; simpl; field]
        | solve [rewrite <- exp_power, <- exp_Ropp; f_equal; simpl; field]
        | solve [rewrite <- exp_Ropp; f_equal; field] ].

(* Side conditions that [field] and [auto_derive] leave: decided by bounds. *)
Ltac defined_here := repeat split; try exact I; try assumption; try solve [lra | nonzero | interval].

(* The cosine substitution rho = cos (PI t) ------------------------------------------------------------------------- *)

Lemma by_cosine : forall (P : R -> Prop) (low high : R), -1 <= low -> high <= 1 ->
  (forall t, 0 <= t <= 1 -> low <= cos (PI * t) <= high -> P (cos (PI * t))) -> forall rho, low <= rho <= high -> P rho.
Proof.
  intros P low high Hl Hh H rho Hr. pose proof PI_RGT_0.
  assert (E : cos (PI * (acos rho / PI)) = rho).
  { replace (PI * (acos rho / PI)) with (acos rho) by (field; lra). apply cos_acos. lra. }
  rewrite <- E. apply H; [| rewrite E; exact Hr].
  destruct (acos_bound rho) as [Hlow Hhigh]. split.
  - apply Rmult_le_pos; [exact Hlow | left; apply Rinv_0_lt_compat; lra].
  - apply (Rmult_le_reg_r PI); [lra |]. replace (acos rho / PI * PI) with (acos rho) by (field; lra). lra.
Qed.

Lemma turns_between : forall t u : R, 0 <= t <= 1 -> 0 <= u <= 1 -> cos (PI * t) <= cos (PI * u) -> u <= t.
Proof.
  intros t u Ht Hu H. pose proof PI_RGT_0.
  assert (PI * u <= PI * t); [| apply (Rmult_le_reg_l PI); assumption].
  apply (cos_decr_0 (PI * t) (PI * u)); [nra | nra | nra | nra | exact H].
Qed.

Lemma acos_of_turn : forall t : R, 0 <= t <= 1 -> acos (cos (PI * t)) = PI * t.
Proof. intros t Ht. pose proof PI_RGT_0. apply acos_cos. nra. Qed.

Lemma asin_of_turn : forall t : R, 0 <= t <= 1 -> asin (cos (PI * t)) = PI / 2 - PI * t.
Proof.
  intros t Ht. pose proof (COS_bound (PI * t)). rewrite asin_acos by lra. rewrite acos_of_turn by exact Ht. reflexivity.
Qed.

Lemma sqrt_of_turn : forall t : R, 0 <= t <= 1 -> sqrt (1 - cos (PI * t) ^ 2) = sin (PI * t).
Proof.
  intros t Ht. pose proof PI_RGT_0. assert (0 <= sin (PI * t)) by (apply sin_ge_0; nra).
  replace (1 - cos (PI * t) ^ 2) with (sin (PI * t) ^ 2); [rewrite sqrt_pow2 by assumption; reflexivity |].
  pose proof (sin2_cos2 (PI * t)) as E. unfold Rsqr in E. lra.
Qed.

(* Kernel maps: power series with nonnegative coefficients of sum 1 -------------------------------------------------- *)

Lemma partial_sum_above : forall (a : nat -> R) (l : R) (last : nat),
  is_series a l -> (forall n, (last < n)%nat -> a n <= 0) -> l <= sum_n a last.
Proof.
  intros a l last Ha Hn.
  apply (is_lim_seq_le_loc (sum_n a) (fun _ => sum_n a last) l (sum_n a last)).
  - exists last. intros n Hl. induction Hl as [| n Hl IH]; [apply Rle_refl |].
    rewrite sum_Sn. unfold plus; simpl. assert (a (S n) <= 0) by (apply Hn; lia). lra.
  - exact Ha.
  - apply is_lim_seq_const.
Qed.

Lemma kernel_map_below : forall (p : nat -> R) (r : R) (last : nat),
  (forall j, 0 <= p j) -> is_series p 1 -> 0 <= r <= 1 ->
  0 <= PSeries p r <= sum_n (fun j => p j * (r ^ j - r ^ S last)) last + r ^ S last.
Proof.
  intros p r last Hp Hs Hr.
  assert (Hpow : forall n, 0 <= r ^ n <= 1).
  { intro n. split; [apply pow_le; lra |]. rewrite <- (pow1 n). apply pow_incr. lra. }
  assert (Hex : ex_series (fun j => p j * r ^ j)).
  { apply (ex_series_le (fun j => p j * r ^ j) p); [| exists 1; exact Hs].
    intro n. unfold norm; simpl. unfold abs; simpl. specialize (Hp n). specialize (Hpow n).
    rewrite Rabs_pos_eq by (apply Rmult_le_pos; lra). nra. }
  split.
  - unfold PSeries. rewrite <- (Rmult_0_l (Series p)), <- Series_scal_l. apply Series_le; [| exact Hex].
    intro n. specialize (Hp n). specialize (Hpow n). split; [lra | nra].
  - assert (Hd : is_series (fun j => p j * (r ^ j - r ^ S last)) (PSeries p r - r ^ S last * 1)).
    { assert (Hk : is_series (fun j => p j * r ^ j) (PSeries p r)) by (apply Series_correct; exact Hex).
      assert (Ht : is_series (fun j => r ^ S last * p j) (r ^ S last * 1)) by (apply (is_series_scal (r ^ S last) p 1 Hs)).
      apply (is_series_ext (fun j => p j * r ^ j - r ^ S last * p j)); [intro n; simpl; ring |].
      exact (is_series_minus (fun j => p j * r ^ j) (fun j => r ^ S last * p j) _ _ Hk Ht). }
    assert (PSeries p r - r ^ S last * 1 <= sum_n (fun j => p j * (r ^ j - r ^ S last)) last); [| lra].
    apply partial_sum_above; [exact Hd |]. intros n Hn. specialize (Hp n).
    assert (r ^ n <= r ^ S last); [| nra].
    replace n with (S last + (n - S last))%nat by lia. rewrite pow_add.
    pose proof (Hpow (S last)). pose proof (Hpow (n - S last)%nat). nra.
Qed.

Lemma ball_below : forall p mid rad high : R, Rabs (p - mid) <= rad -> mid + rad <= high -> p <= high.
Proof. intros p mid rad high H Hh. apply Rabs_le_between in H. lra. Qed.

Lemma term_below : forall p high r s : R, p <= high -> s <= r -> p * (r - s) <= high * (r - s).
Proof. intros. apply Rmult_le_compat_r; lra. Qed.

Lemma powers_fall : forall (r : R) (m n : nat), 0 <= r <= 1 -> (m <= n)%nat -> r ^ n <= r ^ m.
Proof.
  intros r m n Hr Hmn. replace n with (m + (n - m))%nat by lia. rewrite pow_add.
  assert (0 <= r ^ m) by (apply pow_le; lra).
  assert (r ^ (n - m) <= 1) by (rewrite <- (pow1 (n - m)); apply pow_incr; lra).
  assert (0 <= r ^ (n - m)) by (apply pow_le; lra). nra.
Qed.

(* (1 - k)/(1 - r) >= rate k/r from an upper bound of k. *)
Lemma contraction_from_bound : forall k upper rate factor r : R, 0 < r < 1 -> 0 <= k <= upper -> rate <= factor ->
  0 <= factor -> 0 <= r * (1 - upper) - factor * (1 - r) * upper -> rate * k / r <= (1 - k) / (1 - r).
Proof.
  intros k upper rate factor r Hr Hk Hrate Hfactor H.
  assert (rate * k <= factor * upper) by nra.
  assert (E : (1 - k) / (1 - r) - rate * k / r = (r * (1 - k) - (1 - r) * (rate * k)) / (r * (1 - r))) by (field; lra).
  assert (0 <= (r * (1 - k) - (1 - r) * (rate * k)) / (r * (1 - r))); [| lra].
  apply quotient_of_nonneg; [| nra].
  assert ((1 - r) * (rate * k) <= (1 - r) * (factor * upper)) by (apply Rmult_le_compat_l; lra).
  assert (r * (1 - upper) <= r * (1 - k)) by (apply Rmult_le_compat_l; lra). lra.
Qed.

(* Gaussian integrals: what lies beyond [-L, L] ------------------------------------------------------------------ *)

Definition bell (x : R) : R := exp (- x ^ 2 / 2).

Lemma bell_continuous : forall x : R, continuous bell x.
Proof. intro x. apply (ex_derive_continuous bell x). unfold bell. auto_derive. exact I. Qed.

(* The tail: |f| <= 1 implies |int_L^M f(x) exp(-x^2/2) dx| <= exp(-L^2/2)/L, on either side. *)
Lemma gaussian_right_tail : forall (f : R -> R) (L M : R), 0 < L <= M ->
  (forall x, continuous f x) -> (forall x, Rabs (f x) <= 1) ->
  Rabs (RInt (fun x => f x * bell x) L M) <= exp (- L ^ 2 / 2) / L.
Proof.
  intros f L M HL Hf Hb.
  assert (Hleft : is_RInt (fun x => f x * bell x) L M (RInt (fun x => f x * bell x) L M)).
  { apply (RInt_correct (fun x => f x * bell x)), ex_RInt_continuous. intros x _.
    apply (continuous_mult f bell); [apply Hf | apply bell_continuous]. }
  assert (Hright : is_RInt (fun x => x / L * bell x) L M ((- bell M / L) - (- bell L / L))).
  { apply (is_RInt_derive (fun x => - bell x / L) (fun x => x / L * bell x)).
    - intros x Hx. unfold bell. auto_derive; [lra |]. unfold Rdiv. simpl. field. lra.
    - intros x Hx. apply (ex_derive_continuous (fun x => x / L * bell x) x). unfold bell. auto_derive. lra. }
  assert (H : norm (RInt (fun x => f x * bell x) L M) <= (- bell M / L) - (- bell L / L)).
  { apply (norm_RInt_le (fun x => f x * bell x) (fun x => x / L * bell x) L M); [lra | | exact Hleft | exact Hright].
    intros x Hx. change (Rabs (f x * bell x) <= x / L * bell x). rewrite Rabs_mult.
    assert (0 < bell x) by apply exp_pos. rewrite (Rabs_pos_eq (bell x)) by lra.
    apply Rmult_le_compat_r; [lra |]. apply (Rle_trans _ 1); [apply Hb |].
    apply (Rmult_le_reg_r L); [lra |]. replace (x / L * L) with x by (field; lra). lra. }
  change (Rabs (RInt (fun x => f x * bell x) L M) <= (- bell M / L) - (- bell L / L)) in H.
  assert (0 < bell M / L) by (apply Rdiv_lt_0_compat; [apply exp_pos | lra]).
  unfold bell in *. lra.
Qed.

Lemma gaussian_left_tail : forall (f : R -> R) (L M : R), 0 < L <= M ->
  (forall x, continuous f x) -> (forall x, Rabs (f x) <= 1) ->
  Rabs (RInt (fun x => f x * bell x) (- M) (- L)) <= exp (- L ^ 2 / 2) / L.
Proof.
  intros f L M HL Hf Hb.
  assert (Hleft : is_RInt (fun x => f x * bell x) (- M) (- L) (RInt (fun x => f x * bell x) (- M) (- L))).
  { apply (RInt_correct (fun x => f x * bell x)), ex_RInt_continuous. intros x _.
    apply (continuous_mult f bell); [apply Hf | apply bell_continuous]. }
  assert (Hright : is_RInt (fun x => - x / L * bell x) (- M) (- L) (bell (- L) / L - bell (- M) / L)).
  { apply (is_RInt_derive (fun x => bell x / L) (fun x => - x / L * bell x)).
    - intros x Hx. unfold bell. auto_derive; [lra |]. unfold Rdiv. simpl. field. lra.
    - intros x Hx. apply (ex_derive_continuous (fun x => - x / L * bell x) x). unfold bell. auto_derive. lra. }
  assert (H : norm (RInt (fun x => f x * bell x) (- M) (- L)) <= bell (- L) / L - bell (- M) / L).
  { apply (norm_RInt_le (fun x => f x * bell x) (fun x => - x / L * bell x) (- M) (- L));
      [lra | | exact Hleft | exact Hright].
    intros x Hx. change (Rabs (f x * bell x) <= - x / L * bell x). rewrite Rabs_mult.
    assert (0 < bell x) by apply exp_pos. rewrite (Rabs_pos_eq (bell x)) by lra.
    apply Rmult_le_compat_r; [lra |]. apply (Rle_trans _ 1); [apply Hb |].
    apply (Rmult_le_reg_r L); [lra |]. replace (- x / L * L) with (- x) by (field; lra). lra. }
  change (Rabs (RInt (fun x => f x * bell x) (- M) (- L)) <= bell (- L) / L - bell (- M) / L) in H.
  assert (0 < bell (- M) / L) by (apply Rdiv_lt_0_compat; [apply exp_pos | lra]).
  assert (E : bell (- L) = exp (- L ^ 2 / 2)) by (unfold bell; f_equal; field).
  rewrite E in H. lra.
Qed.

Lemma gaussian_truncated : forall (f : R -> R) (L M low high : R), 0 < L <= M ->
  (forall x, continuous f x) -> (forall x, Rabs (f x) <= 1) ->
  low <= RInt (fun x => f x * bell x) (- L) L <= high ->
  low - 2 * (exp (- L ^ 2 / 2) / L) <= RInt (fun x => f x * bell x) (- M) M <= high + 2 * (exp (- L ^ 2 / 2) / L).
Proof.
  intros f L M low high HL Hf Hb H.
  assert (Hex : forall a b, ex_RInt (fun x => f x * bell x) a b).
  { intros a b. apply (ex_RInt_continuous (fun x => f x * bell x)). intros x _. apply (continuous_mult f bell); [apply Hf | apply bell_continuous]. }
  rewrite <- (RInt_Chasles (fun x => f x * bell x) (- M) (- L) M) by apply Hex.
  rewrite <- (RInt_Chasles (fun x => f x * bell x) (- L) L M) by apply Hex.
  match goal with |- _ <= plus ?u (plus ?v ?w) <= _ => change (plus u (plus v w)) with (u + (v + w)) end.
  pose proof (gaussian_left_tail f L M HL Hf Hb) as H1. pose proof (gaussian_right_tail f L M HL Hf Hb) as H2.
  apply Rabs_le_between in H1. apply Rabs_le_between in H2. lra.
Qed.
